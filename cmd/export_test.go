package cmd

// MainAt is Main by another clock.
var MainAt = mainAt
