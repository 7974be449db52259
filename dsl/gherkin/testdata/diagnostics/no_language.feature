# language: french
Fonctionnalité: Commander

  Scénario: Payer
    Soit un panier
