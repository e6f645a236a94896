package optim

import "math"

// Schedule gives the learning rate of a step, counted from 0, in a run of steps steps. It is the rate itself, in place of
// the optimizer's own; the optimizer's memory stays as it is when it changes.
type Schedule func(step, steps int) float64

// Constant is the same rate throughout.
func Constant(rate float64) Schedule {
	return func(_, _ int) float64 { return rate }
}

// Cosine goes from one rate, at the first step, to another, at the last, along half a cosine (Loshchilov and Hutter
// 2017, equation 5, without restarts):
//
//	rate = to + (from - to) (1 + cos πs)/2, s = step/(steps-1)
func Cosine(from, to float64) Schedule {
	return func(step, steps int) float64 {
		return to + (from-to)*(1+math.Cos(math.Pi*progressed(step, steps)))/2
	}
}

// Exponential goes from one rate, at the first step, to another, at the last, by the same factor every step:
// rate = from·(to/from)ˢ, s = step/(steps-1). Both rates must be positive.
func Exponential(from, to float64) Schedule {
	return func(step, steps int) float64 {
		return from * math.Pow(to/from, progressed(step, steps))
	}
}

// Steps multiplies the rate by factor after every so many steps: rate·factor^⌊step/every⌋. With every of zero or less the
// rate stays as it is.
func Steps(rate, factor float64, every int) Schedule {
	return func(step, _ int) float64 {
		if every < 1 {
			return rate
		}
		return rate * math.Pow(factor, float64(step/every))
	}
}

// WarmUp rises linearly over the first warm steps and then follows the schedule, which starts where the rise ends and sees
// the remaining steps as the whole run:
//
//	rate = (step+1)/(warm+1) · then(0, steps-warm) while step < warm
//
// With warm of zero or less it is the schedule alone.
func WarmUp(warm int, then Schedule) Schedule {
	warm = max(0, warm)
	return func(step, steps int) float64 {
		rest := max(1, steps-warm)
		if step < warm {
			return float64(step+1) / float64(warm+1) * then(0, rest)
		}
		return then(step-warm, rest)
	}
}

// progressed returns how far a step is on the way from the first, 0, to the last, 1.
func progressed(step, steps int) float64 {
	if steps < 2 {
		return 0
	}
	return float64(step) / float64(steps-1)
}
