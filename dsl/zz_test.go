package dsl
import ("testing";"os";"github.com/cucumber-value/hoops/dsl/diag";"github.com/cucumber-value/hoops/dsl/ir";"fmt")
func TestZZ(t *testing.T){
 dir := os.Getenv("ZZ"); if dir=="" {t.Skip()}
 s, err := Open(dir); if err!=nil {t.Fatal(err)}
 r := Compile(s)
 diag.Renderer{Source: r.Source}.Print(os.Stdout, r.Diagnostics)
 if r.Program!=nil { ir.Print(os.Stdout, r.Program)
 a := ir.Encode(r.Program,"x",false)
 p,d,_,err := ir.Decode(a); fmt.Println(d, err, ir.Digest(p)==d) }
}
