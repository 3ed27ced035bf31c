import CacheAPI
import Testing

@Suite struct NameTests {
    @Test(arguments: ["shop", "a", "a-b", "a--b", "a__b", "a.b", "0x", "team_1"])
    func validProjectNames(_ name: String) {
        #expect(ProjectName(name)?.description == name)
    }

    @Test(arguments: [
        "", "A", "a/b", "-a", "a-", "a..b", "a___b", "a._b", "ä", "a b", String(repeating: "a", count: 129),
    ])
    func invalidProjectNames(_ name: String) {
        #expect(ProjectName(name) == nil)
    }

    @Test func aRepositoryBelongsToItsFirstComponent() {
        #expect(ProjectName(owning: "shop/api")?.description == "shop")
        #expect(ProjectName(owning: "shop/api/web")?.description == "shop")
        #expect(ProjectName(owning: "api") == .default)
        #expect(ProjectName(owning: "Bad/api") == nil)
    }

    @Test func scopesAreBranchNames() {
        #expect(ScopeName("feature/login")?.description == "feature/login")
        #expect(ScopeName("") == nil)
        #expect(ScopeName("a\nb") == nil)
        #expect(ScopeName(String(repeating: "a", count: 201)) == nil)
    }
}
