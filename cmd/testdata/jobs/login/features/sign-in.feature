Feature: Sign in
  Scenario: Ann signs in
    When "Ann" signs in with the password "open & <shut>"
    Then the account page greets "Ann"

  Scenario: A form that was forged elsewhere is refused
    When somebody posts a sign-in form with the token "stolen"
    Then it is forbidden

  Scenario: Nobody is signed in without a form
    When a visitor opens the account page
    Then the visitor is sent to the sign-in form
