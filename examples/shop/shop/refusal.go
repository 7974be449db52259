package shop

import (
	"errors"
	"fmt"
	"net/http"
)

// refusal is an error that the customer is told; every other error is the shop's own.
type refusal struct {
	status  int // of the JSON answer
	message string
}

const (
	invalid   = http.StatusBadRequest
	signedOut = http.StatusUnauthorized
	declined  = http.StatusPaymentRequired
	forbidden = http.StatusForbidden
	notFound  = http.StatusNotFound
	conflict  = http.StatusConflict
	broken    = http.StatusInternalServerError
)

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

func (r *refusal) Error() string { return r.message }

// told is what a customer may know of an error.
func told(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return &refusal{broken, "Something went wrong on our side. Please try again."}
}
