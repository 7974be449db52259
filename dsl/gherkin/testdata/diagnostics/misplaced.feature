@tag
Given a step
| a |
Scenario: no feature
Feature: x
  Scenario: lower case
    when the customer pays
    then it is paid
  Examples: of nothing
