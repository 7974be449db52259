Feature: Photo

  Scenario: A photo with its title and a note
    When Ann uploads the photo of her cat, called "Müsli & co"
    Then the album has its 512 bytes

  Scenario: A photo as it is
    When Ann puts the photo of her cat
    Then the album has its 512 bytes
