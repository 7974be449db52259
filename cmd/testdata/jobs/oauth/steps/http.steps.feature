@driver:http
Feature: Reports over HTTP

  @once:200ms
  Scenario: the service has a token
    When a token is fetched

  @once
  Scenario: the service had a token
    When a token is fetched

  Scenario: a token is fetched
    When I send:
      """http
      POST ${env.auth}/oauth/token
      Authorization: Basic ${base64("reports:" + secret.oauth_client)}
      Content-Type: application/x-www-form-urlencoded

      grant_type=client_credentials&scope=reports%3Aread
      """
    Then the status is 200
    And I keep secret access = body.access_token

  Scenario: the service reads the report
    Given the service has a token
    When I GET "/report" with headers:
      | Authorization | Bearer ${access} |
    Then the status is 200

  Scenario: the service reads the report with an old token
    Given the service had a token
    When I wait 400ms
    And I GET "/report?as=${access}" with headers:
      | Authorization | Bearer ${access} |
    Then the status is 200

  Scenario: the report counts {n:int} orders
    Then I expect body.orders == n
