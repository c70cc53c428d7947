"""Who is inside that school by 10:42, and two whose departure nobody saw."""

from db.domain.desk import OnSite
from db.domain.visit import Host, VisitorType
from tests.console.invented import (
    BOILER,
    HALLSTROM,
    LIBRARY,
    NOW,
    OFFICE,
    WROBLEWSKI,
    at,
    make_visit,
)


def make_on_site() -> OnSite:
    contractor, volunteer = VisitorType.CONTRACTOR, VisitorType.VOLUNTEER
    return OnSite(
        NOW,
        (
            make_visit(
                1,
                "D’Angelo",  # noqa: RUF001 (as the name is written)
                "Whitaker",
                visitor_type=VisitorType.SUBSTITUTE,
                host=Host("r3", "Room 3"),
                came=at(7, 41),
                until=at(15, 15),
            ),
            make_visit(2, "Grace", "Kim", host=WROBLEWSKI, came=at(10, 38), until=at(11, 30)),
            make_visit(3, "Luis Fernando", "Tzul Ixcoy", came=at(9, 5), until=at(10, 0)),
            make_visit(
                4,
                "Rosa",
                "Begaye",
                visitor_type=volunteer,
                host=LIBRARY,
                came=at(8, 30),
                until=at(12, 0),
            ),
            make_visit(5, "Maryam", "al-Rashidi مريم", came=at(10, 42), until=at(11, 15)),
            make_visit(
                6,
                "Oluwaseun",
                "Adeyemi",
                visitor_type=VisitorType.OTHER,
                host=HALLSTROM,
                came=at(10, 12),
                until=at(11, 15),
            ),
            make_visit(
                7,
                "Nguyễn Thị",
                "Lan Anh",
                visitor_type=volunteer,
                host=LIBRARY,
                came=at(9, 20),
                until=at(12, 30),
            ),
            make_visit(
                8,
                "Giorgos",
                "Παπαδόπουλος",
                visitor_type=VisitorType.OTHER,
                host=LIBRARY,
                came=at(10, 5),
                until=at(11, 0),
                escort=True,
            ),
            make_visit(
                9,
                "Amit",
                "Deshpande",
                visitor_type=contractor,
                host=Host("server", "Server room"),
                came=at(8, 2),
                until=at(16, 0),
                escort=True,
            ),
            make_visit(
                10,
                "Daniel",
                "Quillfeather",
                visitor_type=contractor,
                host=BOILER,
                came=at(8, 55),
                until=at(13, 0),
            ),
            make_visit(
                11,
                "Piotr",
                "Zalewski",
                visitor_type=VisitorType.DELIVERY,
                host=Host("dock", "Kitchen dock"),
                came=at(10, 29),
                until=at(10, 50),
            ),
            make_visit(
                15,
                "Marcus",
                "Fennimore",
                visitor_type=contractor,
                host=Host("roof", "Roof, north wing"),
                came=at(13, 10, days_ago=1),
                until=at(16, 0, days_ago=1),
            ),
            make_visit(
                16,
                "Inés",
                "Peña de la Cruz",
                host=OFFICE,
                came=at(14, 55, days_ago=1),
                until=at(15, 30, days_ago=1),
            ),
        ),
    )
