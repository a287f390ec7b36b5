/** The tags of operations in the order of /docs: daily work first. */
export const tags: Readonly<Record<string, string>> = {
  Lending: 'Rent copies to clients, close rentals, and correct them.',
  Movies: 'Manage the catalog: movies and their stock.',
  Stock: 'Manage individual copies by their barcodes.',
  Clients: 'Register and search clients, and list their rentals.',
  Genres: 'Manage the genres of movies.',
  Shop: 'Set the policy of the shop: time zone, terms of rentals and limits.',
  Record: 'Read who changed what, and follow the changes.',
  Service: 'Health, version, documentation and problem types.',
};
