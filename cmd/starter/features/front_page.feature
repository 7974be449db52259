# What the software does and why, in the words of the people who want it.
Feature: Front page
  In order to have fewer than 1% failed requests
  As the owner of the site
  I want every visitor to get an answer

  Scenario: A visitor opens the front page
    When a visitor opens "/"
    Then the page is there
    And it came within 2s

  # @wip scenarios are left out until they are asked for: hoops test -t @wip
  @wip
  Scenario: A visitor finds the way
    When a visitor opens "/contact"
    Then the page is there
