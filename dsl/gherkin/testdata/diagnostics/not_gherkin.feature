<html>
  Given a step
