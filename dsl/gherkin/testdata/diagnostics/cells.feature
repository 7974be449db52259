Feature: Tables

  Scenario: Rows
    Given the users:
      | name | city   |
      | ann  |
      | bob  | berlin
      | cid  | rome | late |
    And the prices:
      | tea | 1.20 # per cup
      | ü   | 2
      | bar | \| not the end \|
