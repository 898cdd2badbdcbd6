package letters

import (
	_ "embed"

	"commoncase/models"
)

//go:embed case_order_not_met.md
var orderNotMetText string

var orderNotMet = CaseType{
	Slug:     "order-not-met",
	Name:     "Order not complied with",
	Purpose:  "Tells the Ombudsman that the landlord has not done by its day what it was ordered to do.",
	To:       ombudsman,
	Subject:  "Order not complied with",
	Template: orderNotMetText,
	Event:    func(f CaseFacts) models.Event { return models.Event{Kind: models.KindOrderChased, About: f.About} },
	Fits: func(f CaseFacts) Fit {
		if !f.has(models.KindOrderDue) {
			return notYet(0, "No order of the Ombudsman is logged. Log each order with the day by which it is due.")
		}
		return f.whenLate(orders, "No order is overdue")
	},
	Late:  orders,
	Reply: workingDays(ordinaryReply),
	Warn: func(CaseFacts) []string {
		return []string{"Ask the resident on the day that you send it whether the order is still not done: a landlord may have done it without telling the branch."}
	},
}
