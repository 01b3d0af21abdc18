package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// A ratio is how many times as long one program took as another, and the
// interval in which it lies with a probability of 95 %.
type ratio struct{ value, low, high float64 }

func (r ratio) String() string {
	digits := func(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) }
	return digits(r.value) + " [" + digits(r.low) + " " + digits(r.high) + "]"
}

// compare relates the wall times of p to those of peer. In each round the same
// machine did the same other work for both, so that the rounds' ratios say more
// than the times; which copy of a file a round had is chance, so that the rounds
// are what is drawn from for the interval.
func compare(p, peer *program) ratio {
	logs := make([]float64, len(p.rounds))
	for i := range p.rounds {
		logs[i] = math.Log(float64(median(p.rounds[i], wall)) / float64(median(peer.rounds[i], wall)))
	}
	drawn, means := make([]float64, len(logs)), make([]float64, 2000)
	for i := range means {
		for j := range drawn {
			drawn[j] = logs[rand.IntN(len(logs))]
		}
		means[i] = trimmedMean(drawn)
	}
	slices.Sort(means)
	return ratio{
		math.Exp(trimmedMean(logs)),
		math.Exp(means[len(means)*25/1000]),
		math.Exp(means[len(means)*975/1000]),
	}
}

// trimmedMean leaves out a tenth at each end. It sorts the values.
func trimmedMean(values []float64) float64 {
	slices.Sort(values)
	cut := len(values) / 10
	kept := values[cut : len(values)-cut]
	sum := 0.0
	for _, v := range kept {
		sum += v
	}
	return sum / float64(len(kept))
}
