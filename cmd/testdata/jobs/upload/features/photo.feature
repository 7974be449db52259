Feature: Photo album
  What comes into the album is what was sent, byte for byte.

  Scenario: Ann uploads a photo with a title and a note
    When Ann uploads the photo of her cat, called "Müsli & co"
    Then the album has all 512 bytes of it

  Scenario: Ann saves a photo as it is
    When Ann saves the photo of her cat
    Then the album has all 512 bytes of it
