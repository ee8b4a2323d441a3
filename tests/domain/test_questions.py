import pytest

from domain.questions import questions_of

TWENTY = "\n".join(f"{number}. Câu hỏi thứ {number} của em về nhãn hàng hóa là gì ạ?" for number in range(1, 21))


def test_a_point_of_a_list_is_one_question_though_it_asks_twice() -> None:
    assert questions_of("1. TBT là gì? Nghĩa là sao?\n2. Mã vạch là gì?\n3. Phí bao nhiêu? Nộp ở đâu?") == [
        "TBT là gì? Nghĩa là sao?",
        "Mã vạch là gì?",
        "Phí bao nhiêu? Nộp ở đâu?",
    ]


def test_twenty_questions_are_twenty_in_their_order() -> None:
    found = questions_of("Em chào anh chị, em có mấy câu hỏi:\n" + TWENTY + "\nEm cảm ơn ạ.")
    assert len(found) == 20
    assert found[0] == "Câu hỏi thứ 1 của em về nhãn hàng hóa là gì ạ?"
    assert found[-1].startswith("Câu hỏi thứ 20")


@pytest.mark.parametrize(
    "text",
    [
        "Nhãn phải ghi gì? Mã vạch xin ở đâu? Kiểm định cân bao lâu?",
        "nhãn phải ghi gì?mã vạch xin ở đâu?kiểm định cân bao lâu?",
        "- nhãn phải ghi gì\n- mã vạch xin ở đâu\n- kiểm định cân bao lâu",
        "1) nhãn phải ghi gì\n2) mã vạch xin ở đâu\n3) kiểm định cân bao lâu",
        "Câu 1: nhãn phải ghi gì\nCâu 2: mã vạch xin ở đâu\nCâu 3: kiểm định cân bao lâu",
        "a. nhãn phải ghi gì\nb. mã vạch xin ở đâu\nc. kiểm định cân bao lâu",
    ],
)
def test_three_questions_however_they_are_written(text: str) -> None:
    assert [question.rstrip("?").lower() for question in questions_of(text)] == [
        "nhãn phải ghi gì",
        "mã vạch xin ở đâu",
        "kiểm định cân bao lâu",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "TBT là gì???",
        "TBT là gì? TBT là gì? TBT là gì?",
        "Em mở cửa hàng bánh ở Hương Thủy. Hôm qua có đoàn kiểm tra.\nHọ bảo nhãn thiếu.\nVậy nhãn phải ghi gì? Có bị phạt không?",
        "Công ty TNHH An Bình\n12 Lê Lợi, Huế\nMST 3301234567\nKính gửi Chi cục",
        "? ? ? ?",
        "",
    ],
)
def test_one_question_with_its_story_stays_one(text: str) -> None:
    assert questions_of(text) == []
