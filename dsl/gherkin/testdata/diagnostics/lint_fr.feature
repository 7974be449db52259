# language: fr
Fonctionnalité: Commander
  Scenaro: Payer
    Soit un panier

  Scénario: Rien
