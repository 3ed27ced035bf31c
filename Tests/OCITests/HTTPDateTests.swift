import OCI
import Testing

@Suite("Dates in headers of HTTP")
struct HTTPDateTests {
    @Test(
        "are read in all three forms",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Monday, 31-Dec-68 00:00:00 GMT", 3_124_137_600),
            ("Wednesday, 01-Jan-69 00:00:00 GMT", -31_536_000), ("Fri Dec 31 23:59:59 9999", 253_402_300_799),
        ] as [(String, Int64)])
    func read(text: String, seconds: Int64) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(
        "that are wrong are refused",
        arguments: [
            "", "soon", "120", "2024-05-01T10:00:00Z", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun 06 Nov 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49:3.5 GMT",
            "Sun, 06 Nov 19945 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun Nov  6 08:49:37 GMT 1994",
        ])
    func refuse(text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }
}
