import Testing

@testable import Dockerfile

@Suite struct GoDurationTests {
    @Test(arguments: [
        ("0", 0), ("5s", 5_000_000_000), ("1m30s", 90_000_000_000), ("500ms", 500_000_000), ("1.5h", 5_400_000_000_000),
        ("-1s", -1_000_000_000), ("+1s", 1_000_000_000), (".5s", 500_000_000), ("1.s", 1_000_000_000), ("2us", 2000),
        ("2µs", 2000), ("2μs", 2000), ("7ns", 7), ("1h2m3.5s", 3_723_500_000_000), ("0.25ms", 250_000),
    ])
    func valid(text: String, expected: Int64) {
        #expect(GoDuration.nanoseconds(text) == expected)
    }

    @Test(arguments: [
        "", "1", "s", ".s", "1x", "1s2", "-", "1 s", "9223372036854775807s", "99999999999999999999s", "1..5s",
    ])
    func invalid(text: String) {
        #expect(GoDuration.nanoseconds(text) == nil)
    }
}
