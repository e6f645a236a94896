// Package viz draws flows on the plane: what they do to a net of lines and to samples, and how near their density comes
// to the true one.
//
// It knows no flow. A Grid or a Mesh gives the points that a picture needs, the caller sends them through whatever it
// wants to show, in one batch, and fills a Picture with the results; Save writes it as a PNG. Points are rows (x, y) in
// a flat []float64, as a tensor of shape (n, 2) keeps them.
//
// What may enter this package takes numbers and gives pixels. Values that cannot be drawn come back as errors that name
// the point. Equal values give equal bytes on machines of one kind.
package viz
