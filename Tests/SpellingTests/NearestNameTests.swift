import Spelling
import Testing

@Suite("The nearest name")
struct NearestNameTests {
    @Test(
        "is what was mistyped",
        arguments: [
            ("FRUM", ["FROM", "RUN"], "FROM"), ("rnu", ["ADD", "RUN"], "RUN"),
            ("verdict-lifetmie", ["verdict-lifetime"], "verdict-lifetime"),
            ("log-level", ["listen", "logLevel"], "logLevel"), ("stage", ["stages", "stage"], "stage"),
        ] as [(String, [String], String)])
    func found(name: String, names: [String], nearest: String) {
        #expect(NearestName.of(name, among: names) == nearest)
    }

    @Test(
        "is none when nothing is much like it",
        arguments: [("xyzzy", ["ADD", "RUN"]), ("", ["RUN"]), ("from", []), ("abcdefghij", ["abcdefuvwx"])]
            as [(String, [String])])
    func none(name: String, names: [String]) {
        #expect(NearestName.of(name, among: names) == nil)
    }
}
