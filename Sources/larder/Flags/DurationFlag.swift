import ArgumentParser

/// A flag's value that is a length of time: `90s`, `10m`, `12h`, `7d`, or several of them in a row.
enum DurationFlag {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    private static let secondsMaximum: Int64 = 100 * 365 * 86_400

    /// - Parameter flag: whose value it is, for messages.
    /// - Throws: `ValidationError`.
    static func read(_ text: String, flag: String) throws -> Duration {
        if text == "0" { return .zero }
        var seconds: Int64 = 0
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = units[character], let count = Int64(digits), count <= secondsMaximum / unit else {
                throw refusal(of: text, flag)
            }
            seconds += count * unit
            digits = ""
        }
        guard digits.isEmpty, !text.isEmpty, seconds <= secondsMaximum else { throw refusal(of: text, flag) }
        return .seconds(seconds)
    }

    private static func refusal(of text: String, _ flag: String) -> ValidationError {
        ValidationError("\(flag): '\(text)' is no length of time; write it as in 90s, 10m, 12h or 7d")
    }
}
