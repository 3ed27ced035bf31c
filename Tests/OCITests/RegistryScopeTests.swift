import Testing

@testable import OCI

@Suite("Scopes of registry tokens")
struct RegistryScopeTests {
    @Test(
        "Repositories and actions are read",
        arguments: [
            ("repository:shop/api:pull", "repository:shop/api:pull"),
            ("repository:shop/api:push,pull", "repository:shop/api:pull,push"),
            ("repository:shop/api:*", "repository:shop/api:delete,pull,push"),
            ("repository(plugin):shop/api:pull", "repository:shop/api:pull"),
            ("repository:shop/api:", "repository:shop/api:"),
            ("repository:shop/api:fly,pull", "repository:shop/api:pull"),
        ])
    func scopes(text: String, result: String) {
        #expect(RegistryScope(text)?.description == result)
    }

    @Test(
        "What is about no repository is passed over",
        arguments: [
            "", "repository", "repository:x", "registry:catalog:*", "repository:UPPER:pull", "repository::pull", ":::",
        ])
    func others(text: String) {
        #expect(RegistryScope(text) == nil)
    }

    @Test("Several are merged by repository, in their order")
    func several() {
        let scopes = RegistryScope.scopes([
            "repository:b/b:pull repository:a/a:pull", "repository:b/b:push", "registry:catalog:*",
        ])
        #expect(scopes.map(\.description) == ["repository:b/b:pull,push", "repository:a/a:pull"])
    }

    @Test("A challenge is written as it is read, and nothing breaks out of it")
    func challenge() throws {
        let header = BearerChallenge(
            realm: "https://h/v2/token", service: "h\"x\r\ny", scope: "repository:a/a:pull,push"
        ).header
        #expect(header == "Bearer realm=\"https://h/v2/token\",service=\"hxy\",scope=\"repository:a/a:pull,push\"")
        #expect(BearerChallenge(header)?.scope == "repository:a/a:pull,push")
    }
}
