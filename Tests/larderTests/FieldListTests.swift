import Testing

@testable import larder

@Suite("Values of flags that have fields")
struct FieldListTests {
    @Test("Fields are split at commas outside of quotes; names are in any case")
    func split() throws {
        let fields = try FieldList(#"Type=oci,"dest=a,b=c.tar",push"#, flag: "--output").fields
        #expect(fields.map(\.name) == ["type", "dest", "push"])
        #expect(fields.map(\.value) == ["oci", "a,b=c.tar", nil])
    }

    @Test("What cannot be read names the flag", arguments: [#"type="oci"#, "id=a,id=b"])
    func refusal(text: String) {
        let error = #expect(throws: (any Error).self) { try FieldList(text, flag: "--output") }
        #expect("\(error, default: "")".contains("--output"))
    }
}
