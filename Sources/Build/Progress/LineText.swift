/// Lines of text as a terminal shows them.
enum LineText {
    /// `line` without what would move the cursor: escape sequences and control characters are dropped, a tab becomes
    /// spaces, and of what a carriage return overwrote only the last stays.
    static func printable(_ line: String) -> String {
        var text = String.UnicodeScalarView()
        var scalars = Substring(line).unicodeScalars
        while let scalar = scalars.popFirst() {
            switch scalar.value {
            case 0x1b: skipEscape(&scalars)
            case 0x09: text.append(contentsOf: "    ".unicodeScalars)
            case 0x0d: if !scalars.isEmpty { text.removeAll() }
            case 0..<0x20, 0x7f..<0xa0: continue
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    /// Drops the rest of an escape sequence (ECMA-48): a control sequence up to its final byte, a string such as a
    /// title up to its terminator, else one character.
    private static func skipEscape(_ scalars: inout Substring.UnicodeScalarView) {
        switch scalars.popFirst() {
        case "[":
            while let scalar = scalars.popFirst(), !(0x40...0x7e).contains(scalar.value) {}
        case "]", "P", "X", "^", "_":
            while let scalar = scalars.popFirst(), scalar.value != 0x07 {
                if scalar.value == 0x1b {
                    _ = scalars.popFirst()
                    return
                }
            }
        default: return
        }
    }

    /// How many columns `text`, which is printable, takes.
    static func width(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// `text` in at most `columns`, with an ellipsis where it was cut.
    static func fit(_ text: String, _ columns: Int) -> String {
        if width(text) <= columns { return text }
        var left = columns - 1
        guard left >= 0 else { return "" }
        var cut = ""
        for character in text {
            left -= width(String(character))
            if left < 0 { break }
            cut.append(character)
        }
        return cut + "…"
    }

    /// `left` and, at the right edge of `columns`, `right`; `left` is cut when both do not fit.
    static func spread(_ left: String, _ right: String, _ columns: Int) -> String {
        let room = max(columns - width(right) - 1, 0)
        let cut = fit(left, room)
        return fit(cut + String(repeating: " ", count: room - width(cut) + 1) + right, columns)
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        // The blocks that are all wide in Unicode's EastAsianWidth.txt.
        return switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1faff, 0x20000...0x3fffd:
            2
        default: 1
        }
    }
}
