/// Dates in headers of HTTP, as `Last-Modified` and `Retry-After` (RFC 9110, 5.6.7).
public enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads a moment in one of the three forms that recipients must know: `Sun, 06 Nov 1994 08:49:37 GMT`,
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    /// - Returns: seconds since 1970; `nil` for anything else. A year of two digits is one from 1969 to 2068, as in POSIX.
    public static func seconds(_ text: String) -> Int64? {
        let parts = text.split { $0 == " " || $0 == "-" }.map(String.init)
        switch parts.count {
        case 6 where parts[0].hasSuffix(",") && parts[5] == "GMT":
            return seconds(year: parts[3], month: parts[2], day: parts[1], time: parts[4])
        case 5:
            return seconds(year: parts[4], month: parts[1], day: parts[2], time: parts[3])
        default: return nil
        }
    }

    private static func seconds(year: String, month: String, day: String, time: String) -> Int64? {
        guard let index = months.firstIndex(of: month), time.utf8.count == 8 else { return nil }
        let century = year.utf8.count > 2 ? "" : year < "69" ? "20" : "19"
        return Timestamp.seconds("\(century)\(year)-\(twoDigits("\(index + 1)"))-\(twoDigits(day))T\(time)Z")
    }

    private static func twoDigits(_ number: String) -> String { number.utf8.count < 2 ? "0\(number)" : number }
}
