"""A training step of a continuous normalizing flow in JAX, jitted, for a comparison.

The job is JSON in the only argument. Says "ready" and the version once a step has run, then does a step for each line
that it reads and answers with the loss.
"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy
import optax

job = json.loads(sys.argv[1])
dim, rows, steps, time = job["dim"], job["rows"], job["steps"], job["time"]
rng = numpy.random.default_rng(1)


def weights(shape):
    return jnp.asarray(rng.normal(size=shape) / numpy.sqrt(max(shape[0], 1)), jnp.float32)


def layer(first, inputs, outputs):
    extra = {"tile": dim if first else 0, "concat": 1, "squash": 0}[time]
    p = {"w": weights((inputs + extra, outputs)), "b": jnp.zeros(outputs, jnp.float32)}
    if time == "squash":
        p |= {"gate": weights((1, outputs)), "gate_b": jnp.zeros(outputs, jnp.float32), "shift": weights((1, outputs))}
    return p


def net():
    widths = [dim, *job["hidden"], dim]
    return [layer(i == 0, a, b) for i, (a, b) in enumerate(zip(widths, widths[1:]))]


def field(params, t, z):
    h = z
    for i, p in enumerate(params):
        columns = {"tile": dim if i == 0 else 0, "concat": 1, "squash": 0}[time]
        x = jnp.concatenate([jnp.full((rows, columns), t), h], 1) if columns else h
        h = x @ p["w"] + p["b"]
        if time == "squash":
            h = h * jax.nn.sigmoid(t * p["gate"] + p["gate_b"]) + t * p["shift"]
        if i < len(params) - 1:
            h = jnp.tanh(h)
    return h


def field_and_trace(params, t, z, probe):
    if job["trace"] == "exact":
        f, push = jax.linearize(lambda z: field(params, t, z), z)
        units = numpy.eye(dim, dtype=numpy.float32)
        return f, sum(push(jnp.broadcast_to(e, z.shape))[:, d] for d, e in enumerate(units))
    f, tangent = jax.jvp(lambda z: field(params, t, z), (z,), (probe,))
    return f, (tangent * probe).sum(1)


def rk4(params, z, probe):
    """Carries data to the base and adds up the integral of the trace."""
    h = -1 / steps

    def step(state, i):
        t, (z, s) = 1 + i * h, state
        k1, l1 = field_and_trace(params, t, z, probe)
        k2, l2 = field_and_trace(params, t + h / 2, z + h / 2 * k1, probe)
        k3, l3 = field_and_trace(params, t + h / 2, z + h / 2 * k2, probe)
        k4, l4 = field_and_trace(params, t + h, z + h * k3, probe)
        return (z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4), s + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)), None

    return jax.lax.scan(step, (z, jnp.zeros(rows, jnp.float32)), jnp.arange(steps))[0]


def loss(blocks, z, probe):
    total = 0
    for params in blocks:
        z, s = rk4(params, z, probe)
        total = total + s
    log_p = -0.5 * (z**2).sum(1) - 0.5 * dim * numpy.log(2 * numpy.pi) + total
    return -log_p.mean()


optimizer = optax.adam(1e-4)


@jax.jit
def train(blocks, memory, z, probe):
    value, gradient = jax.value_and_grad(loss)(blocks, z, probe)
    updates, memory = optimizer.update(gradient, memory)
    return value, optax.apply_updates(blocks, updates), memory


blocks = [net() for _ in range(job["blocks"])]
memory = optimizer.init(blocks)
data = jnp.asarray(rng.normal(size=(rows, dim)), jnp.float32)
noise = jnp.asarray(rng.choice([-1.0, 1.0], size=(rows, dim)), jnp.float32)
value, blocks, memory = train(blocks, memory, data, noise)
print("ready JAX", jax.__version__, float(value), flush=True)
for _ in sys.stdin:
    value, blocks, memory = train(blocks, memory, data, noise)
    print(float(value), flush=True)
