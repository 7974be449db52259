package shop

// Product is what the shop sells.
type Product struct {
	SKU         string `json:"sku"`
	Name        string `json:"name"`
	Kind        string `json:"kind"` // tea, coffee or ware
	Description string `json:"description"`
	Price       Amount `json:"price"`
}

// assortment is what a new database holds.
var assortment = []Product{
	{"tea-earl-grey", "Earl Grey", "tea", "Black tea with oil of bergamot. Bright, floral, good with lemon. 100 g.", 420},
	{"tea-breakfast", "English Breakfast", "tea", "Assam and Ceylon, strong enough for milk. 125 g.", 380},
	{"tea-sencha", "Sencha", "tea", "Steamed green tea from Shizuoka. Fresh, grassy, a little sweet. 80 g.", 550},
	{"tea-darjeeling", "Darjeeling First Flush", "tea", "The first leaves of spring, light as muscat. 75 g.", 790},
	{"tea-chai", "Masala Chai", "tea", "Assam with cardamom, ginger, cloves and black pepper. 120 g.", 460},
	{"tea-chamomile", "Chamomile", "tea", "Whole flowers, for the evening. No caffeine. 50 g.", 360},
	{"coffee-yirgacheffe", "Yirgacheffe", "coffee", "Washed Ethiopian beans: jasmine, peach, black tea. 250 g.", 980},
	{"coffee-huila", "Colombia Huila", "coffee", "Caramel and red apple, roasted for filter. 250 g.", 890},
	{"coffee-espresso", "House Espresso", "coffee", "Brazil and India: dark chocolate, hazelnut, thick crema. 250 g.", 750},
	{"coffee-decaf", "Sugar Cane Decaf", "coffee", "All of the coffee and none of the night. 250 g.", 820},
	{"ware-mug", "Stoneware Mug", "ware", "Holds 350 ml and the warmth. Made in Stoke.", 1200},
	{"ware-espresso-cup", "Espresso Cup", "ware", "Thick white porcelain with its saucer. 70 ml.", 900},
	{"ware-teapot", "Glass Teapot", "ware", "See when it is ready. With a steel sieve, 800 ml.", 2450},
	{"ware-dripper", "Pour-Over Dripper", "ware", "For one or two cups. Ceramic, fits all common papers.", 1800},
	{"ware-jug", "Milk Jug", "ware", "For milk, or for three tulips. 200 ml.", 1150},
	{"ware-infuser", "Tea Infuser", "ware", "A fine steel basket that fits any mug.", 650},
}
