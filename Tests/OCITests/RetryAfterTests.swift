import OCI
import Testing

@Suite("When a server wants to be asked again")
struct RetryAfterTests {
    @Test(
        "Seconds and dates are read",
        arguments: [
            ("120", 120), (" 7 ", 7), ("0", 0), ("-5", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 37), ("Sun Nov  6 08:49:37 1994", 37),
            ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("soon", nil), ("", nil), ("1.5", nil),
            ("99999999999999999999", nil), ("Sun, 99 Nov 1994 08:48:00 GMT", nil),
        ] as [(String, Int64?)])
    func values(_ text: String, _ seconds: Int64?) {
        #expect(RetryAfter.seconds(text, now: 784_111_740) == seconds)
    }

    @Test("A date counts from the server's own, and from this machine's clock only without one")
    func clocks() {
        let later = "Sun, 06 Nov 1994 08:49:37 GMT"
        let headers = ["retry-after": later, "date": "Sun, 06 Nov 1994 08:49:07 GMT"]
        #expect(RetryAfter.seconds(clock: 0) { headers[$0] } == 30)
        #expect(RetryAfter.seconds(clock: 784_111_740) { ["retry-after": later][$0] } == 37)
        #expect(RetryAfter.seconds(clock: 784_111_740) { ["date": later][$0] } == nil)
    }
}
