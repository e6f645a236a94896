package flows

// Library are the types of this module that a file may name.
var Library = library
