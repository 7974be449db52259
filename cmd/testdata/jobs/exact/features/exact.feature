Feature: Exact

  Scenario: An id comes back digit for digit
    When a note is written
    Then the note can be read by its id

  Scenario Outline: Every name arrives as it is (<name>)
    Then "<name>" is greeted by that name in the address, a form and JSON

    Examples:
      | name          |
      | ليلى          |
      | 👩‍🚀 Zoë         |
      | a/b?c=d&e#f%g |
      | "quoted" \\ + |

  Scenario: A large answer arrives whole
    When the archive is fetched
    Then it has 3145728 letters

  Scenario: A compressed answer is read
    When the compressed page is fetched
    Then it says hello 1000 times
