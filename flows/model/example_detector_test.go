package model_test

import (
	"context"
	"fmt"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// A table is learnt, and the rows that training held out tell how strange others are.
func ExampleNewDetector() {
	ctx := context.Background()
	table, err := data.CSV{}.ReadFile("usual.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	var learner model.Learner
	m, _, err := learner.Learn(ctx, table)
	if err != nil {
		fmt.Println(err)
		return
	}
	learnt, heldOut, err := learner.Split(table)
	if err != nil {
		fmt.Println(err)
		return
	}
	detector, err := model.NewDetector(ctx, m, learnt, heldOut)
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := data.CSV{}.ReadFile("new.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	strangeness, err := detector.Strangeness(ctx, rows)
	fmt.Println(strangeness, err)
}
