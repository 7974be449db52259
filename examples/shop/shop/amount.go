package shop

import (
	"encoding/json"
	"fmt"
)

// Amount is money in pence. In JSON it is the integer and what a person reads: {"pence": 420, "text": "£4.20"}.
type Amount int64

func (a Amount) String() string {
	if a < 0 {
		return "-" + (-a).String()
	}
	return fmt.Sprintf("£%d.%02d", a/100, a%100)
}

type amountJSON struct {
	Pence int64  `json:"pence"`
	Text  string `json:"text"`
}

// MarshalJSON implements json.Marshaler.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(amountJSON{int64(a), a.String()})
}

// UnmarshalJSON implements json.Unmarshaler; the pence count.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var j amountJSON
	err := json.Unmarshal(b, &j)
	*a = Amount(j.Pence)
	return err
}
