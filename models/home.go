package models

import (
	"crypto/sha256"
	"encoding/hex"
)

// Household is the same for two people at one address, and says nothing about the address to somebody who reads it: 24 hex digits.
func Household(address, postcode string) string { return shortSum(Fold(address + " " + postcode)) }

// LoneHousehold is the household of a person whose address is not known.
func LoneHousehold(name, email, phone string) string {
	return shortSum("person " + Fold(name+" "+email+" "+phone))
}

func shortSum(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:12])
}
