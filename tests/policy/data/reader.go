// SPDX-License-Identifier: GPL-3.0-or-later
// What the API server makes of YAML: reads texts as JSON strings, one a line, and prints their JSON or an error.
// go mod init reader && go get sigs.k8s.io/yaml@v1.6.0 && go run . strict
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

// reads JSON strings, one a line; prints JSON or "ERR words"
func main() {
	sc := bufio.NewScanner(os.Stdin)
	sc.Buffer(make([]byte, 1<<20), 1<<28)
	strict := len(os.Args) > 1 && os.Args[1] == "strict"
	for sc.Scan() {
		var s string
		if err := json.Unmarshal(sc.Bytes(), &s); err != nil {
			panic(err)
		}
		var out []byte
		var err error
		if strict {
			out, err = yaml.YAMLToJSONStrict([]byte(s))
		} else {
			out, err = yaml.YAMLToJSON([]byte(s))
		}
		if err != nil {
			fmt.Printf("ERR %q\n", err.Error())
		} else {
			fmt.Printf("%s\n", out)
		}
	}
}
