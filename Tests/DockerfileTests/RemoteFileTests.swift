import Testing

@testable import Dockerfile

@Suite("Files that ADD fetches")
struct RemoteFileTests {
    @Test(
        "They are named by the end of the path",
        arguments: [
            ("https://h/a/b.txt?c/d#e", "b.txt"), ("https://h/a%20b", "a b"), ("https://h/a%2Fb", "b"),
            ("https://h/a%zzb", "a%zzb"), ("https://h/a%+1b", "a%+1b"), ("https://h/", "__unnamed__"),
        ])
    func names(url: String, name: String) throws {
        let place = LineLocation(file: "Dockerfile", line: 1, text: "ADD \(url) /")
        #expect(try RemoteFile(url, checksum: nil, at: place).name == name)
    }
}
