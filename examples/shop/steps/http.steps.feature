@driver:http
Feature: The shop over its JSON API

  # ---- signing in ----

  Scenario: the customer is signed in as {user:string}
    Given the customer signs in as "${user}" with the password "${user}-likes-tea"

  Scenario: the customer is signed in as {user:string} with the password {password:string}
    Given the customer signs in as "${user}" with the password "${password}"

  Scenario: the customer signs in as {user:string} with the password {password:string}
    When the customer tries to sign in as "${user}" with the password "${password}"
    Then the status is 200
    And I keep secret token = body.token
    And I keep known = body.user

  Scenario: the customer tries to sign in as {user:string} with the password {password:string}
    When I POST "/api/login" with JSON:
      """json
      {"user": "${user}", "password": "${password}"}
      """

  Scenario: the customer is greeted as {name:string}
    Then I expect known == name

  Scenario: the customer signs out
    When I send:
      """http
      POST /api/logout
      Authorization: Bearer ${token}
      """
    Then the status is 204

  Scenario: the shop asks the customer to sign in before it shows any orders
    When I send:
      """http
      GET /api/orders
      Authorization: Bearer ${token}
      """
    Then the status is 401
    And I expect body.error == "Please sign in."

  # What a person reads on the page is the error of the API, word for word.
  Scenario: the customer is told {message:string}
    Then the status is 4xx
    And I expect body.error == message

  # ---- finding ----

  Scenario: the customer searches for {words:string}
    When I GET "/api/products?q=${words}"
    Then the status is 200
    And I keep found = body.products

  Scenario: {product:string} is found
    Then I expect count(found, .name == product) == 1

  Scenario: nothing is found
    Then I expect len(found) == 0

  Scenario: the customer looks at {product:string}
    When I GET "/api/products/${find(found, .name == product).sku}"
    Then the status is 200
    And I expect body.product.name == product
    And I keep price = body.product.price.text

  Scenario: the price is {amount:string}
    Then I expect price == amount

  # ---- the basket ----

  Scenario: the customer adds {quantity:int} {product:string} to the basket
    When the customer tries to add ${quantity} "${product}" to the basket
    Then the status is 201

  Scenario: the customer has {quantity:int} {product:string} in the basket
    When the customer adds ${quantity} "${product}" to the basket

  Scenario: the customer has {n:int} {first:string} and {m:int} {second:string} in the basket
    When the customer adds ${n} "${first}" to the basket
    And the customer adds ${m} "${second}" to the basket

  Scenario: the customer tries to add {quantity:int} {product:string} to the basket
    When the number of "${product}" is looked up
    And I send:
      """http
      POST /api/basket
      Authorization: Bearer ${token}
      Content-Type: application/json

      {"sku": "${sku}", "quantity": ${quantity}}
      """

  Scenario: the customer removes {product:string} from the basket
    When the number of "${product}" is looked up
    And I send:
      """http
      DELETE /api/basket/items/${sku}
      Authorization: Bearer ${token}
      """
    Then the status is 200

  @once
  Scenario: the number of {product:string} is looked up
    When I GET "/api/products"
    Then the status is 200
    And I keep sku = find(body.products, .name == product).sku

  Scenario: the customer opens the basket
    When I send:
      """http
      GET /api/basket
      Authorization: Bearer ${token}
      """
    Then the status is 200
    And I keep basket = body.basket

  Scenario: the basket is empty
    When the customer opens the basket
    Then I expect len(basket.lines) == 0

  Scenario: the basket holds only {quantity:int} {product:string}
    When the customer opens the basket
    Then I expect len(basket.lines) == 1
    And I expect basket.lines[0].name == product
    And I expect basket.lines[0].quantity == quantity

  Scenario: the basket holds {n:int} {first:string} and {m:int} {second:string}
    When the customer opens the basket
    Then I expect len(basket.lines) == 2
    And I expect count(basket.lines, .name == first and .quantity == n) == 1
    And I expect count(basket.lines, .name == second and .quantity == m) == 1

  Scenario: the basket costs {amount:string}
    When the customer opens the basket
    Then I expect basket.total.text == amount

  # ---- paying ----

  Scenario: the customer pays
    When the customer tries to pay
    Then the status is 201
    And I keep order = body.order

  Scenario: the customer tries to pay
    When the customer tries to pay with the card "4242 4242 4242 4242"

  Scenario: the customer tried to pay with the card {card:string}
    When the customer tries to pay with the card "${card}"
    Then the status is 4xx

  Scenario: the customer tries to pay with the card {card:string}
    When I send:
      """http
      POST /api/checkout
      Authorization: Bearer ${token}
      Content-Type: application/json

      {
        "card": "${card}",
        "address": {"name": "A. Customer", "street": "1 Tea Lane", "town": "York", "postcode": "YO1 7HH"}
      }
      """

  Scenario: the customer has ordered {quantity:int} {product:string}
    Given the customer has ${quantity} "${product}" in the basket
    When the customer pays

  Scenario: the order is confirmed
    Then I expect order.status == "confirmed"

  Scenario: the order costs {amount:string}
    Then I expect order.total.text == amount

  Scenario: the order costs the sum of its lines and {delivery:string} for delivery
    Then I expect order.delivery.text == delivery
    And I expect order.total.pence == sum(order.lines, .total.pence) + order.delivery.pence

  Scenario: the order holds {quantity:int} {product:string}
    Then I expect count(order.lines, .name == product and .quantity == quantity) == 1

  # ---- the history ----

  Scenario: the history is read
    When I send:
      """http
      GET /api/orders
      Authorization: Bearer ${token}
      """
    Then the status is 200
    And I keep history = body.orders

  Scenario: the order is in the history once
    When the history is read
    Then I expect count(history, .id == order.id) == 1

  Scenario: nothing is in the history
    When the history is read
    Then I expect len(history) == 0

  Scenario: the customer looks up the order
    When I send:
      """http
      GET /api/orders/${order.id}
      Authorization: Bearer ${token}
      """
    Then the status is 200
    And I expect body.order.id == order.id and body.order.status == order.status
    And I expect body.order.total == order.total and body.order.lines == order.lines

  # ---- two people: each has cookies of their own, which do what a token does ----

  Scenario: {one:string} and {other:string} are both in the shop
    Given "${one}" is in the shop
    And "${other}" is in the shop

  Scenario: {name:string} is in the shop
    Given I act as "${name}"
    When the customer tries to sign in as "${name}" with the password "${name}-likes-tea"
    Then the status is 200

  Scenario: {name:string} puts {product:string} into the basket
    Given I act as "${name}"
    When the number of "${product}" is looked up
    And I POST "/api/basket" with JSON:
      """json
      {"sku": "${sku}"}
      """
    Then the status is 201

  Scenario: the basket of {name:string} holds only {product:string}
    Given I act as "${name}"
    When I GET "/api/basket"
    Then the status is 200
    And I expect map(body.basket.lines, .name) == [product]

  Scenario: {name:string} signs in and looks for that order
    Given "${name}" is in the shop
    When I GET "/api/orders/${order.id}"

  Scenario: {name:string} is told {message:string}
    Then the customer is told "${message}"
