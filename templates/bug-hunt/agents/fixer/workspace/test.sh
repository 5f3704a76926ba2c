# Tests total.sh. Ends with 1 when a case fails.
failed=0

check() {
  printf "$2" > case.csv
  got=$(sh total.sh case.csv)
  if [ "$got" = "$3" ]; then echo "PASS $1"; else echo "FAIL $1: expected $3, got $got" && failed=1; fi
}

check "two lines" 'tea,2\ncake,3\n' 5
check "no line at all" '' 0
check "no newline at the end" 'tea,2\ncake,3' 5
rm case.csv
exit $failed
