"""Makes models of three other frameworks, by their own conventions, and the log-densities that they give.

    pip install torch numpy safetensors torchdiffeq zuko torchdyn attrs torchsde torchcde pytorch-lightning
    python make.py

writes NAME.safetensors and NAME.json beside itself. Everything is float64.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torchdiffeq import odeint

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent
X = torch.tensor([[0.3, -0.2], [1.5, 0.4], [-0.7, 1.1], [2.0, -1.5], [0.0, 0.0]])


KEPT = ("freqs", "times", "_num_evals", "step", "sqrt_end_time")


def log_normal(z):
    return -0.5 * (z * z).sum(1) - 0.5 * z.shape[1] * torch.log(torch.tensor(2 * torch.pi))


def divergence(f, z):
    """tr df/dz of every row, by one derivative for each column."""
    total = 0
    for i in range(z.shape[1]):
        total = total + torch.autograd.grad(f[:, i].sum(), z, retain_graph=True)[0][:, i]
    return total


def integrate(f, x, t0, t1):
    """Carries x from t0 to t1 and returns where it comes to, and the integral of the trace."""

    def rates(t, state):
        with torch.enable_grad():
            z = state[0].detach().requires_grad_(True)
            dz = f(t, z)
            return dz.detach(), divergence(dz, z).detach()

    t = torch.tensor([t0, t1])
    # A step that ends on t1: others end behind it, and an interpolant of lower order goes back.
    options = {"step_t": t[1:]}
    z, l = odeint(rates, (x, torch.zeros(len(x))), t, method="dopri8", rtol=1e-13, atol=1e-14, options=options)
    return z[-1], l[-1]


def randomize(model):
    """Numbers far from where training starts, the same on every machine."""
    for i, (name, p) in enumerate(sorted(model.state_dict().items())):
        if not p.is_floating_point() or name.startswith("base") or name.endswith(KEPT):
            continue
        k = torch.arange(p.numel(), dtype=torch.float64).reshape(p.shape)
        p.copy_(0.8 * torch.sin(1.3 * k + 2.1 * i))
        if name.endswith("running_var"):
            p.add_(1)


def write(name, model, x, logp, **more):
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, HERE / f"{name}.safetensors")
    values = {"x": x.tolist(), "log_prob": logp.tolist(), **more}
    (HERE / f"{name}.json").write_text(json.dumps(values) + "\n")
    print(name, logp.tolist())


# The code of the FFJORD paper: a sequence of CNFs with batch norms around them, each from the data at t = 0 to T. The
# modules have the names and formulas of its lib/layers.


class ConcatSquashLinear(nn.Module):
    def __init__(self, dim_in, dim_out):
        super().__init__()
        self._layer = nn.Linear(dim_in, dim_out)
        self._hyper_bias = nn.Linear(1, dim_out, bias=False)
        self._hyper_gate = nn.Linear(1, dim_out)

    def forward(self, t, x):
        t = t.view(1, 1)
        return self._layer(x) * torch.sigmoid(self._hyper_gate(t)) + self._hyper_bias(t)


class ODEnet(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.layers = nn.ModuleList(ConcatSquashLinear(a, b) for a, b in zip(dims, dims[1:]))

    def forward(self, t, y):
        for i, layer in enumerate(self.layers):
            y = layer(t, y)
            if i < len(self.layers) - 1:
                y = torch.tanh(y)
        return y


class ODEfunc(nn.Module):
    def __init__(self, diffeq):
        super().__init__()
        self.diffeq = diffeq
        self.register_buffer("_num_evals", torch.tensor(0.0))


class CNF(nn.Module):
    def __init__(self, odefunc, T):
        super().__init__()
        self.odefunc = odefunc
        self.register_parameter("sqrt_end_time", nn.Parameter(torch.sqrt(torch.tensor(T))))

    def forward(self, x, logpx):
        T = (self.sqrt_end_time * self.sqrt_end_time).item()
        z, trace = integrate(self.odefunc.diffeq, x, 0.0, T)
        return z, logpx - trace  # d log p/dt = -tr df/dz


class MovingBatchNorm1d(nn.Module):
    def __init__(self, n, eps=1e-4):
        super().__init__()
        self.eps = eps
        self.register_buffer("step", torch.zeros(1))
        self.weight = nn.Parameter(torch.zeros(n))
        self.bias = nn.Parameter(torch.zeros(n))
        self.register_buffer("running_mean", torch.zeros(n))
        self.register_buffer("running_var", torch.ones(n))

    def forward(self, x, logpx):
        y = (x - self.running_mean) * torch.exp(-0.5 * torch.log(self.running_var + self.eps))
        y = y * torch.exp(self.weight) + self.bias
        return y, logpx - (self.weight - 0.5 * torch.log(self.running_var + self.eps)).sum()


class SequentialFlow(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.chain = nn.ModuleList(layers)

    def forward(self, x, logpx):
        for layer in self.chain:
            x, logpx = layer(x, logpx)
        return x, logpx


def paper():
    cnf = lambda T: CNF(ODEfunc(ODEnet([2, 4, 2])), T)
    norm = lambda: MovingBatchNorm1d(2)
    model = SequentialFlow([norm(), cnf(0.5), norm(), cnf(0.7), norm()])
    with torch.no_grad():
        randomize(model)
        z, delta = model(X, torch.zeros(len(X)))
        write("paper", model, X, log_normal(z) - delta)


def zukos():
    from zuko.flows import CNF as ZukoCNF

    model = ZukoCNF(2, 1, freqs=2, hidden_features=(5, 4), atol=1e-13, rtol=1e-13).eval()
    c = torch.tensor([[0.5], [-1.0], [0.0], [2.0], [1.0]])
    with torch.no_grad():
        randomize(model)
        logp = model(c).log_prob(X)
        z, trace = integrate(lambda t, x: model.transform.f(t, x, c), X, 0.0, 1.0)
        assert (log_normal(z) + trace - logp).abs().max() < 1e-7  # its solver relaxes the trace's tolerance
        write("zuko", model, X, log_normal(z) + trace, c=c.tolist())


def torchdyns():
    from torchdyn.core import NeuralODE
    from torchdyn.models import CNF as TorchdynCNF
    from torchdyn.nn import Augmenter, DepthCat

    f = nn.Sequential(DepthCat(1), nn.Linear(3, 5), nn.Softplus(), DepthCat(1), nn.Linear(6, 2))
    ode = NeuralODE(TorchdynCNF(f), solver="dopri5", sensitivity="autograd", atol=1e-12, rtol=1e-12)
    model = nn.Sequential(Augmenter(augment_idx=1, augment_dims=1), ode)
    with torch.no_grad():
        randomize(model)
    _, path = model(X)
    end = path[-1].detach()  # [-∫ tr, z] at t = 1
    logp = log_normal(end[:, 1:]) - end[:, 0]

    def field(t, x):
        for m in f:
            if isinstance(m, DepthCat):
                m.t = t
        return f(x)

    z, trace = integrate(field, X, 0.0, 1.0)
    assert (log_normal(z) + trace - logp).abs().max() < 1e-7  # its interpolant is of lower order than its steps
    write("torchdyn", model, X, log_normal(z) + trace)


paper()
zukos()
torchdyns()
