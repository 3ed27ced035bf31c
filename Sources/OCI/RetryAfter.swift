/// When a server wants to be asked again: `Retry-After` (RFC 9110, 10.2.3).
public enum RetryAfter {
    /// How long to wait: a count of seconds, or the time until a date; 0 when that has passed.
    /// - Parameter now: seconds since 1970, of the clock that the date is of.
    /// - Returns: seconds; `nil` for anything else.
    public static func seconds(_ header: String, now: Int64) -> Int64? {
        let text = String(header.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        let seconds = Int64(text) ?? HTTPDate.seconds(text).map { $0 - now }
        return seconds.map { max(0, $0) }
    }

    /// How long to wait by an answer's headers. A date is one of the server's clock, which its own `Date` tells, so that it does
    /// not matter whether this machine's clock is right.
    /// - Parameters:
    ///   - clock: this machine's: seconds since 1970, for servers that do not tell the date.
    ///   - header: gives the first header of a name.
    /// - Returns: seconds; `nil` when the server does not say.
    public static func seconds(clock: Int64, _ header: (String) -> String?) -> Int64? {
        guard let text = header("retry-after") else { return nil }
        return seconds(text, now: header("date").flatMap(HTTPDate.seconds) ?? clock)
    }
}
