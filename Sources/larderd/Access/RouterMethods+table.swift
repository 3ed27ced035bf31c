import CacheAPI
import Hummingbird

extension RouterMethods where Context == LarderRequestContext {
    /// Adds all routes of a table, at paths below this router's. Before `answer` is called for a request, its route is noted and it
    /// is refused unless who sends it may do what the route's row says.
    /// - Parameters:
    ///   - answersHead: whether `HEAD` goes where `GET` does; of the answer only the head is sent.
    ///   - isOpen: whether the routes need no right, since only those who may use them reach the router.
    func add<Table: RouteTable>(
        _ table: Table.Type, answersHead: Bool = false, isOpen: Bool = false,
        _ answer: @escaping @Sendable (Table, Request, LarderRequestContext) async throws -> Response
    ) {
        for route in table.allCases {
            let row = route.row
            for method in answersHead ? [row.method, .head] : [row.method] {
                on(RouterPath(row.path), method: method) { request, context in
                    RequestNotes.current?.note(route)
                    if !isOpen { try context.access.require(row.demand(in: row.isInProject ? context.project() : nil)) }
                    let response = try await answer(route, request, context)
                    return method == .head ? response.createHeadResponse() : response
                }
            }
        }
    }
}

extension RouteRow {
    /// Whether the path names the project that a right is needed in.
    fileprivate var isInProject: Bool { if case .here = need { true } else { false } }
}
