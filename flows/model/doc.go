// Package model joins a flow to the table that it has learnt: what made rows of a table fit for the flow, the names and
// kinds of its columns, how usual a log-density is, and how the model was made. All of it is one file, so that a loaded
// model takes rows of the table as they are, and gives log-densities and draws in the table's own units. It is what
// the program ffjord works with, and what a program of one's own loads that uses a model which ffjord has made.
//
// It stands between two rooms that do not know each other: flows knows no table, data knows no flow.
package model
