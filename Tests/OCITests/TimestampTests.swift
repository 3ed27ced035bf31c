import OCI
import Testing

@Suite("Dates")
struct TimestampTests {
    @Test(
        "are written and read",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func both(seconds: Int64, text: String) {
        #expect(Timestamp.text(seconds: seconds) == text)
        #expect(Timestamp.seconds(text) == seconds)
    }

    @Test("agree with each other all over four centuries")
    func sweep() {
        for day in stride(from: Int64(-73_000), to: 146_097, by: 13) {
            let seconds = day * 86_400 + 45_296
            #expect(Timestamp.seconds(Timestamp.text(seconds: seconds)) == seconds)
        }
    }

    @Test("are written of the first and the last moment that a number can be")
    func theFirstMomentOfAllEndedTheProcess() {
        #expect(Timestamp.text(seconds: .min).hasSuffix("-01-27T08:29:52Z"))
        #expect(Timestamp.text(seconds: .max).hasSuffix("-12-04T15:30:07Z"))
    }

    @Test("may have fractions and offsets")
    func forms() {
        #expect(Timestamp.seconds("2024-05-01T10:00:00.123456789Z") == 1_714_557_600)
        #expect(Timestamp.seconds("2024-05-01T12:00:00+02:00") == 1_714_557_600)
        #expect(Timestamp.seconds("2024-05-01t08:30:00-01:30") == 1_714_557_600)
    }

    @Test(
        "that are wrong are refused",
        arguments: [
            "", "2024-05-01", "2024-13-01T00:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T10:00:00",
            "yesterday at noon!!!!",
            "2024-05-01T10:00:00.Z", "2024-05-01T10:00:00+0200", "2024-05-01 10:00:00Zx",
        ])
    func refuse(text: String) {
        #expect(Timestamp.seconds(text) == nil)
    }
}
