/// What names stand for while words are expanded.
struct Variables: Sendable {
    /// A scope in which every name has a value: to check a word's form before the values are known.
    static let allDefined = Variables(answersAll: true)

    private var values: [String: String] = [:]
    private let answersAll: Bool

    /// A scope with `values` and nothing else.
    init(_ values: [String: String] = [:]) {
        self.values = values
        answersAll = false
    }

    private init(answersAll: Bool) {
        self.answersAll = answersAll
    }

    /// All names with a value.
    var names: [String] { values.keys.sorted() }

    subscript(name: String) -> String? {
        get { values[name] ?? (answersAll ? "x" : nil) }
        set { values[name] = newValue }
    }
}
