package viz

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/palette/moreland"
)

// shades is the number of colours in a table: more than an eye tells apart.
const shades = 512

// table is a colour map, sampled.
type table [shades]color.RGBA

// at returns the colour of v in [0, 1]; values outside take the nearest end, NaN the lower.
func (t *table) at(v float64) color.RGBA {
	if !(v > 0) {
		return t[0]
	}
	return t[int(min(1, v)*(shades-1)+0.5)]
}

// viridis runs from dark blue to light yellow with even steps in lightness and reads alike for all kinds of colour
// vision. It joins ten of the map's colours through CIELAB.
//
// Source: S. van der Walt and N. Smith, 2015, the default of Matplotlib 2.0, in the public domain (CC0).
func viridis() (*table, error) {
	anchors := []color.Color{
		rgb(0x440154), rgb(0x482878), rgb(0x3e4989), rgb(0x31688e), rgb(0x26828e),
		rgb(0x1f9e89), rgb(0x35b779), rgb(0x6ece58), rgb(0xb5de2b), rgb(0xfde725),
	}
	m, err := moreland.NewLuminance(anchors)
	if err != nil {
		return nil, err
	}
	m.SetMin(0)
	m.SetMax(1)
	return sample(m.At)
}

// blueRed runs from blue over light grey to red, for values with a sign.
//
// Source: K. Moreland, Diverging Color Maps for Scientific Visualization, 2009.
func blueRed() (*table, error) {
	m := moreland.SmoothBlueRed()
	m.SetMin(0)
	m.SetMax(1)
	return sample(m.At)
}

func sample(at func(float64) (color.Color, error)) (*table, error) {
	var t table
	for i := range t {
		c, err := at(float64(i) / (shades - 1))
		if err != nil {
			return nil, err
		}
		t[i] = color.RGBAModel.Convert(c).(color.RGBA)
	}
	return &t, nil
}

// wheel goes once around the hues at one lightness and one chroma of OKLCH, so no direction stands out. Its ends meet.
//
// Source: B. Ottosson, A perceptual color space for image processing, 2020.
func wheel(lightness float64) *table {
	const chroma = 0.13
	var t table
	for i := range t {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / shades)
		a, b := chroma*cos, chroma*sin
		l := math.Pow(lightness+0.3963377774*a+0.2158037573*b, 3)
		m := math.Pow(lightness-0.1055613458*a-0.0638541728*b, 3)
		s := math.Pow(lightness-0.0894841775*a-1.2914855480*b, 3)
		t[i] = color.RGBA{
			R: srgb(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
			G: srgb(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
			B: srgb(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
			A: 255,
		}
	}
	return &t
}

// srgb encodes a linear intensity by IEC 61966-2-1.
func srgb(v float64) uint8 {
	v = max(0, min(1, v))
	if v <= 0.0031308 {
		v *= 12.92
	} else {
		v = 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	return uint8(v*255 + 0.5)
}

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 255}
}
