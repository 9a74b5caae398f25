"""Exports of survey tools: where the answers begin, what was asked, who wrote the file."""

import pytest
from surveys import codes, message, reading, write

QUALTRICS = (
    "StartDate,EndDate,Status,Progress,ResponseId,RecordedDate,Q1,Q2,Branch\n"
    'Start Date,End Date,Response Type,Progress,Response ID,Recorded Date,"On a scale of 0-10'
    ', how likely are you to recommend us to a friend?","What is the main reason for your sco'
    're?",Branch\n'
    '"{""ImportId"":""startDate"",""timeZone"":""UTC""}","{""ImportId"":""endDate""}","{""Imp'
    'ortId"":""status""}","{""ImportId"":""progress""}","{""ImportId"":""_recordId""}","{""Im'
    'portId"":""recordedDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}","{"'
    '"ImportId"":""Branch""}"\n'
    "2024-01-05 09:59:00,2024-01-05 10:00:00,IP Address,100,R_1,2024-01-05 10:00:01,9,Friendl"
    "y staff and fast,A\n"
    "2024-02-05 09:59:00,2024-02-05 10:00:00,IP Address,100,R_2,2024-02-05 10:00:01,3,انتظرت "
    "طويلا ولم يرد أحد,B\n"
    "2024-02-06 09:59:00,2024-02-06 10:00:00,IP Address,100,R_3,2024-02-06 10:00:01,7,,A\n"
)
SURVEYMONKEY = (
    "Respondent ID,Collector ID,Date Created,Date Modified,IP Address,Email Address,First Nam"
    "e,How likely is it that you would recommend us to a friend?,What could we do better?,Whi"
    "ch do you use?,\n"
    ",,,,,,,,Open-Ended Response,App,Web\n"
    "118,77,01/25/2024 10:00:00 AM,01/25/2024 10:01:00 AM,,,,10 - Extremely likely,Nothing at"
    " all it is great,App,\n"
    "119,77,02/03/2024 11:00:00 AM,02/03/2024 11:01:00 AM,,,,2,The app is slow every evening,"
    ",Web\n"
)
QUESTIONPRO = (
    "Response ID,Response Status,IP Address,Timestamp (MM/dd/yyyy),Duplicate,Time Taken to Co"
    "mplete (Seconds),Seq. Number,External Reference,How likely are you to recommend us?,Plea"
    "se tell us why\n"
    "501,Completed,,03/04/2024 10:00:00,No,44,1,,9,Quick and easy to order\n"
    "502,Completed,,05/06/2024 10:00:00,No,31,2,,1,Nobody answered my calls\n"
)
LIMESURVEY = (
    "Response ID;Date submitted;Last page;Start language;Seed;Q01. How likely are you to reco"
    "mmend us?;Q02. ما سبب تقييمك لنا؟\n"
    "1;2024-01-05 10:00:00;3;ar;1111;9;الخدمة سريعة والموظف لطيف\n"
    "2;2024-02-07 12:30:00;3;ar;2222;4;السعر مرتفع جدا مقارنة بغيركم\n"
)
GOOGLE = (
    "طابع زمني,ما مدى احتمالية أن توصي بنا لصديق؟,لماذا أعطيتنا هذه الدرجة؟,ما اسم الفرع\n"
    '"2024/01/05 10:00:00 ص غرينتش+3",9,التعامل راقٍ والتوصيل سريع,جدة\n'
    '"2024/02/05 10:00:00 م غرينتش+3",٣,التطبيق يتوقف كل مرة,الرياض\n'
)


@pytest.mark.parametrize(
    ("tool", "content", "texts", "scores", "asked", "first_time"),
    [
        (
            "Qualtrics",
            QUALTRICS,
            ["Friendly staff and fast", "انتظرت طويلا ولم يرد أحد", ""],
            [9, 3, 7],
            "What is the main reason for your score?",
            "2024-01-05 10:00",
        ),
        (
            "SurveyMonkey",
            SURVEYMONKEY,
            ["Nothing at all it is great", "The app is slow every evening"],
            [10, 2],
            "What could we do better?",
            "2024-01-25 10:00",
        ),
        (
            "QuestionPro",
            QUESTIONPRO,
            ["Quick and easy to order", "Nobody answered my calls"],
            [9, 1],
            "Please tell us why",
            "2024-03-04 10:00",
        ),
        (
            "LimeSurvey",
            LIMESURVEY,
            ["الخدمة سريعة والموظف لطيف", "السعر مرتفع جدا مقارنة بغيركم"],
            [9, 4],
            "ما سبب تقييمك لنا؟",
            "2024-01-05 10:00",
        ),
        (
            "Google Forms",
            GOOGLE,
            ["التعامل راقٍ والتوصيل سريع", "التطبيق يتوقف كل مرة"],
            [9, 3],
            "لماذا أعطيتنا هذه الدرجة؟",
            "2024-01-05 07:00",
        ),
    ],
)
def test_exports(tmp_path, tool, content, texts, scores, asked, first_time):
    survey = reading(write(tmp_path / "export.csv", content, "utf-8-sig"))
    assert tool in message(survey, "export")
    assert survey.comments["text"].tolist() == texts
    assert survey.comments["score"].tolist() == scores
    assert survey.scale is not None
    assert survey.scale.kind == "nps"
    assert survey.question == asked
    assert survey.comments["source_row"].tolist() == list(range(1, len(texts) + 1))
    assert survey.comments["answered_at"].dt.strftime("%Y-%m-%d %H:%M")[0] == first_time
    assert survey.counts.rejected == 0


def test_the_question_can_be_given(tmp_path):
    survey = reading(write(tmp_path / "a.csv", QUALTRICS), question="لماذا؟")
    assert survey.question == "لماذا؟"


def test_a_question_can_name_its_column(tmp_path):
    survey = reading(write(tmp_path / "a.csv", QUALTRICS), text="What is the main reason for your score?")
    assert survey.roles["text"].column == "Q2"


def test_title_lines_above_the_header_are_skipped_and_told(tmp_path):
    text = "NPS report\nmade on Monday\n\ncomment,score,branch\ngood food here,9,A\nslow staff here,3,B\n"
    survey = reading(write(tmp_path / "a.csv", text))
    assert survey.comments["source_row"].tolist() == [1, 2]
    assert "NPS report" in message(survey, "preamble")


def test_a_file_without_header_loses_no_row(tmp_path):
    rows = ["the staff were kind to us,9", "we waited for two hours,2", "prices are fair enough,7"]
    survey = reading(write(tmp_path / "a.csv", "\n".join(rows)))
    assert survey.counts.analyzed == 3
    assert "no_header" in codes(survey)


def test_repeated_and_empty_headers(tmp_path):
    survey = reading(
        write(tmp_path / "a.csv", "comment,score,,score\nkind staff there,9,x,1\nslow food here,2,y,3\n")
    )
    assert "repeated_columns" in codes(survey)
    assert survey.comments["score"].tolist() == [9, 2]


def test_a_trailing_separator_in_every_row(tmp_path):
    survey = reading(write(tmp_path / "a.csv", "comment,score\nkind staff there,9,\nslow food here,2,\n"))
    assert survey.counts.analyzed == 2


def test_a_single_column_of_texts(tmp_path):
    survey = reading(write(tmp_path / "a.csv", "feedback\nkind staff there\nslow food, cold too\n\nfine\n"))
    assert survey.counts.analyzed == 3
    assert survey.comments["source_row"].tolist() == [1, 2, 4]
