internal import Spelling

/// A text with claims in it, as in `{repository|last|lower}` or `cache/{ref|branch}`; `{{` stands for a brace.
struct ClaimTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case literal(String)
        case claim(ClaimName, [ClaimFilter])
    }

    private let parts: [Part]
    /// As it was written.
    let text: String

    /// Reads `text`.
    /// - Throws: `invalidRules`, without a line.
    init(_ text: String) throws(AccessError) {
        var (parts, literal, rest) = ([Part](), "", text[...])
        while let character = rest.popFirst() {
            guard character == "{" else {
                literal.append(character)
                continue
            }
            if rest.first == "{" {
                rest = rest.dropFirst()
                literal.append("{")
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw AccessError(.invalidRules, "has a '{' without a '}' in '\(text)'; write '{{' for a brace")
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(try Self.claim(rest[..<end]))
            rest = rest[rest.index(after: end)...]
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        (self.parts, self.text) = (parts, text)
    }

    private static func claim(_ text: Substring) throws(AccessError) -> Part {
        let words = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard let name = ClaimName(words[0]) else {
            throw AccessError(.invalidRules, "has no name of a claim in '{\(text)}'")
        }
        var filters: [ClaimFilter] = []
        for word in words.dropFirst() {
            guard let filter = ClaimFilter(rawValue: word) else {
                let names = ClaimFilter.allCases.map(\.rawValue)
                let advice = NearestName.of(word, among: names).map { "did you mean '\($0)'?" }
                throw AccessError(
                    .invalidRules,
                    "has '\(word)' in '{\(text)}'; " + (advice ?? "valid are \(names.joined(separator: ", "))"))
            }
            filters.append(filter)
        }
        return .claim(name, filters)
    }

    /// The claims in it.
    var claims: [ClaimName] {
        parts.compactMap { if case .claim(let name, _) = $0 { name } else { nil } }
    }

    /// Whether no claim is in it.
    var isLiteral: Bool {
        parts.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// What is written without claims.
    var literal: String {
        parts.map { if case .literal(let text) = $0 { text } else { "" } }.joined()
    }

    /// Says of the claims in it that they make what cannot be used.
    func mismatch(_ result: String) -> ClaimMismatch {
        for case .claim(let name, _) in parts { return ClaimMismatch(claim: name, reason: "makes \(result)") }
        return ClaimMismatch(claim: .audience, reason: "makes \(result)")
    }

    /// The text for `claims`.
    ///
    /// A value has no `*` and no control characters: it goes where patterns are, and means itself there.
    /// - Parameter forbidden: more characters that no value may have.
    /// - Throws: the claim that is missing, has several values, or does not fit.
    func filled(from claims: ClaimSet, without forbidden: String = "") throws(ClaimMismatch) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .claim(let name, let filters):
                let value = try Self.value(name, filters, claims)
                guard !value.contains(where: { forbidden.contains($0) }) else {
                    throw ClaimMismatch(claim: name, reason: "has characters that cannot be used here")
                }
                text += value
            }
        }
        return text
    }

    private static func value(
        _ name: ClaimName, _ filters: [ClaimFilter], _ claims: ClaimSet
    ) throws(ClaimMismatch) -> String {
        let values = claims.texts(name)
        guard var value = values.first, values.count == 1, !value.isEmpty else {
            throw ClaimMismatch(claim: name, reason: values.count > 1 ? "has several values" : "is not there")
        }
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f && $0 != "*" }) else {
            throw ClaimMismatch(claim: name, reason: "has characters that cannot be used")
        }
        for filter in filters {
            guard let next = filter.apply(value) else {
                throw ClaimMismatch(
                    claim: name,
                    reason: "is '\(ClaimMismatch.shown(value))', in which '\(filter.rawValue)' finds nothing")
            }
            value = next
        }
        return value
    }
}

extension DocumentFields {
    /// A template; `nil` when there is none of that name.
    func template(_ name: String) throws(AccessError) -> ClaimTemplate? {
        guard let text = try text(name) else { return nil }
        do {
            return try ClaimTemplate(text)
        } catch {
            throw flaw(name, error.message)
        }
    }

    /// A template or a list of them; `nil` when there is none of that name.
    func templates(_ name: String) throws(AccessError) -> [ClaimTemplate]? {
        guard let texts = try texts(name) else { return nil }
        var templates: [ClaimTemplate] = []
        for text in texts {
            do {
                templates.append(try ClaimTemplate(text))
            } catch {
                throw flaw(name, error.message)
            }
        }
        return templates
    }
}
