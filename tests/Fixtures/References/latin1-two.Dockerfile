# déjà vu
FROM nginx:1.27 AS a
LABEL name="café"
