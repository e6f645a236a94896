package ode

import (
	"fmt"
	"strings"
)

// Tableau is an explicit Runge-Kutta method of s stages:
//
//	kᵢ = f(t + cᵢ h, y + h Σⱼ aᵢⱼ kⱼ)    i = 1 ... s, j < i
//	y₁ = y + h Σ bᵢ kᵢ
//	e  = h Σ eᵢ kᵢ
//
// (Hairer, Nørsett & Wanner 1993, II.1.8 and II.4.3). A method of your own is a literal of this type.
type Tableau struct {
	Name  string
	Order int         // of y₁: halving h divides the error of a smooth solution by 2^Order; checked up to 8
	C     []float64   // s times, C[0] = 0
	A     [][]float64 // row i holds aᵢⱼ for j < i; row 0 is empty
	B     []float64   // s weights of the solution
	E     []float64   // s weights of the error estimate, the solution's less the embedded solution's; nil where there is none

	// ErrorOrder is the order of the embedded solution: the error estimate of a step falls like h^(ErrorOrder+1).
	ErrorOrder int
	// Dense holds the interpolant inside a step, y(t + θh) = y + h Σᵢ kᵢ Σₚ Dense[i][p] θ^(p+1) for θ from 0 to 1; the
	// first row is as long as any. Nil is the cubic through both ends of a step and the derivatives there (Hermite), or
	// beyond order 4 a step of its own from t to t + θh.
	Dense [][]float64
}

// Euler is the explicit Euler method.
var Euler = &Tableau{
	Name: "euler", Order: 1,
	C: []float64{0},
	A: [][]float64{{}},
	B: []float64{1},
}

// Midpoint is the explicit midpoint method (Runge 1895).
var Midpoint = &Tableau{
	Name: "midpoint", Order: 2,
	C: []float64{0, 1. / 2},
	A: [][]float64{{}, {1. / 2}},
	B: []float64{0, 1},
}

// Heun is the explicit trapezoidal method (Heun 1900), with Euler's as embedded solution.
var Heun = &Tableau{
	Name: "heun", Order: 2,
	C: []float64{0, 1},
	A: [][]float64{{}, {1}},
	B: []float64{1. / 2, 1. / 2},
	E: []float64{-1. / 2, 1. / 2},

	ErrorOrder: 1,
}

// RK4 is the classical method of order 4 (Kutta 1901).
var RK4 = &Tableau{
	Name: "rk4", Order: 4,
	C: []float64{0, 1. / 2, 1. / 2, 1},
	A: [][]float64{{}, {1. / 2}, {0, 1. / 2}, {0, 0, 1}},
	B: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
}

// RK438 is Kutta's 3/8 rule of order 4 (Kutta 1901).
var RK438 = &Tableau{
	Name: "rk4-3/8", Order: 4,
	C: []float64{0, 1. / 3, 2. / 3, 1},
	A: [][]float64{{}, {1. / 3}, {-1. / 3, 1}, {1, -1, 1}},
	B: []float64{1. / 8, 3. / 8, 3. / 8, 1. / 8},
}

// Bosh3 is the pair of orders 3 and 2 of Bogacki & Shampine (1989). Its last stage is the next step's first.
var Bosh3 = &Tableau{
	Name: "bosh3", Order: 3,
	C: []float64{0, 1. / 2, 3. / 4, 1},
	A: [][]float64{{}, {1. / 2}, {0, 3. / 4}, {2. / 9, 1. / 3, 4. / 9}},
	B: []float64{2. / 9, 1. / 3, 4. / 9, 0},
	E: []float64{2./9 - 7./24, 1./3 - 1./4, 4./9 - 1./3, -1. / 8},

	ErrorOrder: 2,
}

// Dopri5 is the pair of orders 5 and 4 of Dormand & Prince (1980) with the error weights of Shampine (1986), which are
// two thirds of the original's, and his interpolant of order 4. Its last stage is the next step's first.
var Dopri5 = &Tableau{
	Name: "dopri5", Order: 5,
	C: []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1},
	A: [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
	B: []float64{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84, 0},
	E: []float64{
		35./384 - 1951./21600, 0, 500./1113 - 22642./50085, 125./192 - 451./720,
		-2187./6784 + 12231./42400, 11./84 - 649./6300, -1. / 60,
	},
	ErrorOrder: 4,
	Dense: [][]float64{
		{1, -8048581381. / 2820520608, 8663915743. / 2820520608, -12715105075. / 11282082432},
		{},
		{0, 131558114200. / 32700410799, -68118460800. / 10900136933, 87487479700. / 32700410799},
		{0, -1754552775. / 470086768, 14199869525. / 1410260304, -10690763975. / 1880347072},
		{0, 127303824393. / 49829197408, -318862633887. / 49829197408, 701980252875. / 199316789632},
		{0, -282668133. / 205662961, 2019193451. / 616988883, -1453857185. / 822651844},
		{0, 40617522. / 29380423, -110615467. / 29380423, 69997945. / 29380423},
	},
}

// Tsit5 is the pair of orders 5 and 4 of Tsitouras (2011), Table 1, with his interpolant of order 4. Its last stage is the
// next step's first.
var Tsit5 = &Tableau{
	Name: "tsit5", Order: 5,
	C: []float64{0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1},
	A: [][]float64{
		{},
		{0.161},
		{-0.008480655492356989, 0.335480655492357},
		{2.8971530571054935, -6.359448489975075, 4.3622954328695815},
		{5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525},
		{5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383},
		{0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774},
	},
	B: []float64{0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774, 0},
	E: []float64{
		-0.00178001105222577714, -0.0008164344596567469, 0.007880878010261995, -0.1447110071732629,
		0.5823571654525552, -0.45808210592918697, 1. / 66,
	},
	ErrorOrder: 4,
	Dense: [][]float64{
		{1, -2.763706197274826, 2.9132554618219126, -1.0530884977290216},
		{0, 0.1317, -0.2234, 0.1017},
		{0, 3.930296236894751, -5.941033872131505, 2.490627285651253},
		{0, -12.411077166933676, 30.338188630282318, -16.548102889244902},
		{0, 37.50931341651104, -88.1789048947664, 47.37952196281928},
		{0, -27.896526289197286, 65.09189467479368, -34.87065786149661},
		{0, 1.5, -4, 2.5},
	},
}

// Methods returns the methods of this package.
func Methods() []*Tableau {
	return []*Tableau{Euler, Midpoint, Heun, RK4, RK438, Bosh3, Tsit5, Dopri5, Dopri8, Dop853}
}

// Method returns the method of that name.
func Method(name string) (*Tableau, error) {
	var names []string
	for _, m := range Methods() {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("ode: there is no method %q; want one of %s", name, strings.Join(names, ", "))
}

// Stages returns the number of evaluations of f that y₁ takes. Stages that only the error estimate uses don't count.
func (m *Tableau) Stages() int {
	last := 0
	for i, b := range m.B {
		if b != 0 {
			last = i + 1
		}
	}
	return last
}

// firstSameAsLast reports whether the last stage is the derivative at y₁, the next step's first stage.
func (m *Tableau) firstSameAsLast() bool {
	last := len(m.B) - 1
	if last == 0 || m.C[last] != 1 || m.B[last] != 0 {
		return false
	}
	for j := range last {
		if j >= len(m.A[last]) || m.A[last][j] != m.B[j] {
			return false
		}
	}
	return true
}

// beyondHermite reports whether the cubic through both ends of a step would spoil the method's accuracy, and it has no
// interpolant of its own.
func (m *Tableau) beyondHermite() bool { return m.Dense == nil && m.Order > 4 }

// attemptCost returns the number of evaluations of an attempt at a step: that at its start is known, and that at its
// end is the next step's.
func (m *Tableau) attemptCost() int {
	if m.firstSameAsLast() {
		return len(m.B) - 1
	}
	return len(m.B)
}
