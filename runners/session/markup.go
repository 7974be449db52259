package session

import (
	"fmt"
	"strings"

	"github.com/cucumber-value/hoops/dsl/ir"
)

// References that XML and HTML both know. What a parser would change on its way (CR, and LF and tab in an attribute) is
// one too.
var (
	inXML       = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\r", "&#13;")
	inXMLQuotes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\r", "&#13;", "\n", "&#10;", "\t", "&#9;")
	inCDATA     = strings.NewReplacer("]]>", "]]"+again+">", "\r", "]]>&#13;<![CDATA[")
)

// again ends a section of CDATA and begins another.
const again = "]]><![CDATA["

// encodeXML writes a text so that XML says it, and nothing else. A character that XML has no form for is an error.
func encodeXML(b *strings.Builder, place ir.Place, s string) error {
	for _, c := range s {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
			return fmt.Errorf("XML cannot hold the character %U", c)
		}
	}
	switch place {
	case ir.XMLQuoted:
		inXMLQuotes.WriteString(b, s)
	case ir.CDATA:
		// Neither what the author wrote before the value nor what follows may end the section together with it.
		if strings.HasPrefix(s, ">") || strings.HasPrefix(s, "]>") {
			b.WriteString(again)
		}
		inCDATA.WriteString(b, s)
		if strings.HasSuffix(s, "]") {
			b.WriteString(again)
		}
	default:
		inXML.WriteString(b, s)
	}
	return nil
}
