// The journey of project/features/shop.feature, as k6 writes it: the same requests, the same six assertions.
import http from "k6/http";
import { check } from "k6";

const url = __ENV.TARGET;

export const options = {
  vus: parseInt(__ENV.VUS),
  duration: __ENV.DURATION,
};

export default function () {
  const login = http.post(url + "/login", JSON.stringify({ user: "ann", password: "open sesame" }), {
    headers: { "Content-Type": "application/json" },
    tags: { name: "POST /login" },
  });
  if (!check(login, { "signed in": (r) => r.status === 200 })) return;
  const headers = { Authorization: "Bearer " + login.json("token"), "Content-Type": "application/json" };

  const products = http.get(url + "/products", { headers: { Authorization: headers.Authorization } });
  if (!check(products, { "products are there": (r) => r.status === 200 })) return;
  if (!check(products, { "there are three": (r) => r.json("products").length === 3 })) return;

  const basket = http.post(url + "/basket", JSON.stringify({ product: 1, count: 2 }), { headers: headers });
  if (!check(basket, { "in the basket": (r) => r.status === 201 })) return;
  if (!check(basket, { "the total is right": (r) => r.json("total") === 9 })) return;

  const order = http.post(url + "/checkout", JSON.stringify({ pay: "card" }), { headers: headers });
  check(order, { "paid": (r) => r.status === 201 });
}

// Only the counts: k6's own summary is not measured here.
export function handleSummary(data) {
  const checks = data.metrics.checks.values;
  return { stdout: JSON.stringify({ failed: checks.fails, requests: data.metrics.http_reqs.values.count }) };
}
