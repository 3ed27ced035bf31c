import OCI
import Testing

@Suite("Platforms")
struct PlatformTests {
    @Test(
        "have one spelling",
        arguments: [
            ("linux/amd64", "linux/amd64"), ("Linux/x86_64", "linux/amd64"), ("linux/amd64/v1", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"), ("linux/aarch64", "linux/arm64"), ("linux/arm64/v8", "linux/arm64"),
            ("linux/arm64/v9", "linux/arm64/v9"), ("linux/arm", "linux/arm/v7"), ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"), ("linux/arm/6", "linux/arm/v6"), ("linux/i386", "linux/386"),
            ("linux/riscv64", "linux/riscv64"), ("linux/s390x", "linux/s390x"),
        ])
    func spelling(text: String, expected: String) throws {
        #expect(try Platform(text).description == expected)
    }

    @Test(
        "that are wrong are refused",
        arguments: ["", "linux", "linux/", "/amd64", "linux/amd64/v1/x", "linux/am d64", "linux/ä"])
    func refuse(text: String) {
        let error = #expect(throws: OCIError.self) { try Platform(text) }
        #expect(error?.code == .invalidPlatform)
    }

    @Test(
        "pick what runs on them best",
        arguments: [
            ("linux/amd64", ["linux/arm64", "linux/amd64"], 1),
            ("linux/amd64", ["linux/amd64/v2", "windows/amd64"], nil),
            ("linux/amd64/v3", ["linux/amd64", "linux/amd64/v2", "linux/amd64/v4"], 1),
            ("linux/arm/v7", ["linux/arm/v5", "linux/arm/v6"], 1),
            ("linux/arm/v6", ["linux/arm/v7"], nil),
            ("linux/arm64", ["linux/arm64/v8"], 0),
            ("linux/amd64", [], nil),
        ] as [(String, [String], Int?)])
    func best(wanted: String, candidates: [String], expected: Int?) throws {
        let candidates = try candidates.map { try Platform($0) }
        #expect(try Platform(wanted).best(of: candidates) == expected)
    }

    @Test("pass over manifests without one")
    func withoutPlatform() throws {
        let amd64 = try Platform("linux/amd64")
        #expect(amd64.best(of: [nil, amd64]) == 1)
        #expect(amd64.best(of: [nil]) == nil)
    }
}
