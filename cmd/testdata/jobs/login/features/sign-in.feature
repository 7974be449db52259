Feature: Sign in
  Who knows their password comes to their own account, and nobody else does: neither a visitor, nor a form that another
  site sends in their name.

  Scenario: Ann signs in
    When "Ann" signs in with the password "open & <shut>"
    Then the account page greets "Ann"

  Scenario: A form that was forged elsewhere is refused
    When a forged form signs "Ann" in
    Then nobody is signed in

  Scenario: Nobody comes to the account without signing in
    When a visitor opens the account page
    Then the visitor is sent to the sign-in form
