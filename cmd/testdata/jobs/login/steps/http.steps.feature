@driver:http
Feature: The letter box over HTTP

  Scenario: {user:string} signs in with the password {password:string}
    When I GET "/login"
    Then the status is 200
    And I keep secret csrf = css("input[name=csrf]", "value")
    When I POST "/login" with form:
      | user     | ${user}     |
      | password | ${password} |
      | csrf     | ${csrf}     |
    Then the status is 200
    And I expect url endsWith "/account"

  Scenario: the account page greets {name:string}
    When I GET "/account"
    Then the status is 200
    And I expect css("h1") == "Hello, " + name + "!"

  Scenario: a forged form signs {user:string} in
    When I GET "/login"
    And I POST "/login" with form:
      | user     | ${user}       |
      | password | open & <shut> |
      | csrf     | stolen        |

  Scenario: nobody is signed in
    Then the status is 403
    When I don't follow redirects
    And I GET "/account"
    Then the visitor is sent to the sign-in form

  Scenario: a visitor opens the account page
    When I don't follow redirects
    And I GET "/account"

  Scenario: the visitor is sent to the sign-in form
    Then the status is 303
    And I expect header("Location") == "/login"
