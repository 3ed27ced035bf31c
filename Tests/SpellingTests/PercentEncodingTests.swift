import Spelling
import Testing

@Suite("Percent encoding")
struct PercentEncodingTests {
    @Test(
        "is undone",
        arguments: [
            ("", ""), ("plain", "plain"), ("p%40ss", "p@ss"), ("%2f%2F", "//"), ("%c3%a4", "ä"), ("%2540", "%40"),
            ("100%", "100%"), ("%4", "%4"), ("%+1", "%+1"), ("%zz", "%zz"),
        ])
    func decoded(text: String, plain: String) {
        #expect(PercentEncoding.decoded(text[...]) == Array(plain.utf8))
        #expect(PercentEncoding.decodedText(text) == plain)
    }

    @Test("stays where it gives no text")
    func noText() {
        #expect(PercentEncoding.decoded("a%ff") == [0x61, 0xff])
        #expect(PercentEncoding.decodedText("a%ff") == "a%ff")
    }
}
