# Adds up the amounts in a file of lines NAME,AMOUNT.
total=0
while IFS=, read -r name amount; do
  total=$((total + amount))
done < "$1"
echo "$total"
